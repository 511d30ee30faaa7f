import { fetchModelChoices, type ModelChoices } from "./api/aiModels";
import { ApiError } from "./api/client";
import type { Me } from "./api/session";
import { MODEL_CHOICES } from "./legacy/modelChoices";

/**
 * The choices of an account: those of the API where its flag is on, else those written into the page. Where the API is
 * not there any more, the flag has been turned off since the page was loaded.
 */
export async function modelChoicesFor(flags: Me["flags"], signal: AbortSignal): Promise<ModelChoices> {
  if (!flags["dynamic-model-choices"]) return MODEL_CHOICES;
  try {
    return await fetchModelChoices(signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return MODEL_CHOICES;
    throw error;
  }
}
