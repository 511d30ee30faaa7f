import { fetchModelChoices, type ModelChoices } from "./api/aiModels";
import type { Me } from "./api/session";
import { MODEL_CHOICES } from "./legacy/modelChoices";

/** The choices of an account: those of the API where its flag is on, else those written into the page. */
export function modelChoicesFor(flags: Me["flags"], signal: AbortSignal): Promise<ModelChoices> {
  return flags["dynamic-model-choices"] ? fetchModelChoices(signal) : Promise.resolve(MODEL_CHOICES);
}
