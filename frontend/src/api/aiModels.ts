import { request } from "./client";

export interface ModelChoice {
  model_name: string;
  /** Name and price as the customer reads them: "Basic (1 credit/image)". */
  label: string;
}

export interface ModelChoices {
  text: readonly ModelChoice[];
  image: readonly ModelChoice[];
}

/** The active models with their prices: the service's table alone knows them. */
export function fetchModelChoices(signal: AbortSignal): Promise<ModelChoices> {
  return request<ModelChoices>("system/ai-models/", { signal });
}
