import { request } from "./client";

export interface Site {
  id: number;
  name: string;
}

/** The account's sites by name. */
export function fetchSites(signal: AbortSignal): Promise<Site[]> {
  return request<Site[]>("accounts/sites/?page_size=200", { signal });
}
