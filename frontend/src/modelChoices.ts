import { fetchModelChoices, type ModelChoices } from "./api/aiModels";
// @legacy begin dynamic-model-choices
import { ApiError } from "./api/client";
import type { Me } from "./api/session";
import { MODEL_CHOICES } from "./legacy/modelChoices";

function orWrittenOnes(error: unknown): ModelChoices {
  if (error instanceof ApiError && error.status === 404) return MODEL_CHOICES;
  throw error;
}
// @legacy end

/**
 * The choices of an account: those of the API.
 * Where its flag is off, those written into the page. Where the API is not // @legacy line dynamic-model-choices
 * there any more, the flag has been turned off since the page was loaded. // @legacy line dynamic-model-choices
 */
export async function modelChoicesFor(
  flags: Me["flags"], // @legacy line dynamic-model-choices
  signal: AbortSignal,
): Promise<ModelChoices> {
  if (!flags["dynamic-model-choices"]) return MODEL_CHOICES; // @legacy line dynamic-model-choices
  const choices = fetchModelChoices(signal);
  if ((await choices.catch(orWrittenOnes)) === MODEL_CHOICES) return MODEL_CHOICES; // @legacy line dynamic-model-choices
  return choices;
}
