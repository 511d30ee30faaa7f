import { request } from "./client";

export interface ModelSettings {
  /** Empty: the standard. */
  text_model: string;
  image_model: string;
}

export interface SiteSettings extends ModelSettings {
  /** What is used where the site has chosen nothing. */
  standard: ModelSettings;
  /** The fields whose chosen model is no longer offered. */
  not_offered: string[];
}

export function fetchSiteSettings(siteId: number, signal: AbortSignal): Promise<SiteSettings> {
  return request<SiteSettings>(path(siteId), { signal });
}

/** Saves the choices that are given, and leaves the others as they are. */
export function saveSiteSettings(siteId: number, changes: Partial<ModelSettings>): Promise<SiteSettings> {
  return request<SiteSettings>(path(siteId), { method: "PATCH", body: changes });
}

function path(siteId: number): string {
  return `system/settings/?site=${siteId}`;
}
