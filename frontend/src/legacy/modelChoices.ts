import type { ModelChoices } from "../api/aiModels";

/** Model choices as they were written into the page, without prices. Legacy: the API takes their place. */
export const MODEL_CHOICES: ModelChoices = {
  text: [
    { model_name: "gpt-4.1", label: "GPT-4.1" },
    { model_name: "gpt-4o-mini", label: "GPT-4o mini" },
    { model_name: "gpt-4o", label: "GPT-4o" },
    { model_name: "gpt-5.1", label: "GPT-5.1" },
    { model_name: "gpt-5.2", label: "GPT-5.2" },
  ],
  image: [
    { model_name: "dall-e-3", label: "DALL·E 3" },
    { model_name: "dall-e-2", label: "DALL·E 2" },
    { model_name: "runware:97@1", label: "Runware 97@1" },
    { model_name: "runware:100@1", label: "Runware 100@1" },
    { model_name: "runware:101@1", label: "Runware 101@1" },
    { model_name: "bria:10@1", label: "Bria 10@1" },
  ],
};
