import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../../api/client";
import { saveSiteSettings } from "../../api/siteSettings";
import { ModelsForm } from "./ModelsForm";

vi.mock("../../api/siteSettings");

const SETTINGS = {
  text_model: "",
  image_model: "dall-e-3",
  standard: { text_model: "gpt-5.1", image_model: "dall-e-3" },
  not_offered: [],
};
const CHOICES = {
  text: [{ model_name: "gpt-5.1", label: "GPT-5.1 (1,000 tokens/credit)" }],
  image: [
    { model_name: "dall-e-3", label: "Quality (5 credits/image)" },
    { model_name: "google:4@2", label: "Premium (15 credits/image)" },
  ],
};
const onSessionEnded = vi.fn();

function show(settings = SETTINGS) {
  const form = { siteId: 7, settings, choices: CHOICES, disabled: false, onSessionEnded };
  render(<ModelsForm {...form} />);
}

const premium = () => screen.getByRole("radio", { name: "Premium (15 credits/image)" });
const save = () => userEvent.click(screen.getByRole("button", { name: "Save" }));

// In braces: what a hook returns is called as its end.
beforeEach(() => {
  vi.mocked(saveSiteSettings).mockReset();
});
afterEach(cleanup);

describe("ModelsForm", () => {
  it("tells what the standard is", () => {
    show();
    const standard = within(screen.getByRole("group", { name: "Text model" })).getByRole("radio", { name: "Standard" });
    expect(standard.getAttribute("aria-describedby")).toBeTruthy();
    expect(screen.getByText("Now GPT-5.1 (1,000 tokens/credit)")).toBeTruthy();
  });

  it("sends only what was changed", async () => {
    vi.mocked(saveSiteSettings).mockResolvedValue({ ...SETTINGS, image_model: "google:4@2" });
    show();
    await userEvent.click(premium());
    await save();
    expect(saveSiteSettings).toHaveBeenCalledExactlyOnceWith(7, { image_model: "google:4@2" });
    expect(screen.getByRole("status").textContent).toBe("Saved.");
  });

  it("does not save twice at once", async () => {
    let answer = (_: typeof SETTINGS) => {};
    vi.mocked(saveSiteSettings).mockReturnValue(new Promise((resolve) => (answer = resolve)));
    show();
    await userEvent.click(premium());
    await save();
    await save();
    expect(saveSiteSettings).toHaveBeenCalledTimes(1);
    answer({ ...SETTINGS, image_model: "google:4@2" });
    expect(await screen.findByText("Saved.")).toBeTruthy();
  });

  it("keeps what was chosen when it cannot be saved", async () => {
    vi.mocked(saveSiteSettings).mockRejectedValue(new ApiError("It is not offered.", { status: 400 }));
    show();
    await userEvent.click(premium());
    await save();
    expect(screen.getByRole("alert").textContent).toContain("Not saved. It is not offered.");
    expect((premium() as HTMLInputElement).checked).toBe(true);
  });

  it("hands over when the session has ended", async () => {
    vi.mocked(saveSiteSettings).mockRejectedValue(new ApiError("Sign in.", { status: 401 }));
    show();
    await userEvent.click(premium());
    await save();
    expect(onSessionEnded).toHaveBeenCalledOnce();
  });
});
