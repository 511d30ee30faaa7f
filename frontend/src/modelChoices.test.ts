import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MODEL_CHOICES } from "./legacy/modelChoices"; // @legacy line dynamic-model-choices
import { modelChoicesFor } from "./modelChoices";

const FROM_API = { text: [], image: [{ model_name: "google:4@2", label: "Premium (15 credits/image)" }] };
const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  vi.stubGlobal("fetch", fetched);
});
afterEach(() => {
  vi.unstubAllGlobals();
  fetched.mockReset();
});

describe("modelChoicesFor", () => {
  // @legacy begin dynamic-model-choices
  it.each([{}, { "dynamic-model-choices": false }])("asks nobody while the flag is off: %j", async (flags) => {
    expect(await modelChoicesFor(flags, new AbortController().signal)).toBe(MODEL_CHOICES);
    expect(fetched).not.toHaveBeenCalled();
  });

  // @legacy end
  it("asks the API while the flag is on", async () => {
    fetched.mockResolvedValue(new Response(JSON.stringify({ success: true, data: FROM_API })));
    const choices = await modelChoicesFor(
      { "dynamic-model-choices": true }, // @legacy line dynamic-model-choices
      new AbortController().signal,
    );
    expect(choices).toEqual(FROM_API);
  });

  // @legacy begin dynamic-model-choices
  it("has its own where the flag was turned off since the page was loaded", async () => {
    fetched.mockResolvedValue(new Response(JSON.stringify({ success: false }), { status: 404 }));
    const choices = await modelChoicesFor({ "dynamic-model-choices": true }, new AbortController().signal);
    expect(choices).toBe(MODEL_CHOICES);
  });

  // @legacy end
  it("does not fall back to what was written into the page", async () => {
    fetched.mockResolvedValue(new Response("", { status: 500 }));
    const choices = modelChoicesFor(
      { "dynamic-model-choices": true }, // @legacy line dynamic-model-choices
      new AbortController().signal,
    );
    await expect(choices).rejects.toThrow("500");
  });
});
