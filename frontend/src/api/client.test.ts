import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, request } from "./client";

const fetched = vi.fn<typeof fetch>();

function answer(body: unknown, init: ResponseInit = {}) {
  fetched.mockResolvedValue(new Response(typeof body === "string" ? body : JSON.stringify(body), init));
}

beforeEach(() => {
  vi.stubGlobal("fetch", fetched);
});
afterEach(() => {
  vi.unstubAllGlobals();
  fetched.mockReset();
});

describe("request", () => {
  it("takes the envelope off", async () => {
    answer({ success: true, data: { text: [] } });
    expect(await request("system/ai-models/")).toEqual({ text: [] });
  });

  it("returns the results of a list", async () => {
    answer({ success: true, count: 1, results: [{ id: 1 }] });
    expect(await request("accounts/sites/")).toEqual([{ id: 1 }]);
  });

  it("says what the service says, and under which id", async () => {
    answer({ success: false, message: "No.", request_id: "abc" }, { status: 403 });
    const refusal = await request("auth/me/").catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ApiError);
    expect(refusal).toMatchObject({ message: "No.", status: 403, requestId: "abc" });
  });

  it("makes a sentence of an answer without an envelope", async () => {
    answer("<h1>Bad gateway</h1>", { status: 502 });
    await expect(request("auth/me/")).rejects.toThrow("The service answered with an error (502).");
  });

  it("takes an empty answer for no success", async () => {
    answer("", { status: 200 });
    await expect(request("auth/me/")).rejects.toBeInstanceOf(ApiError);
  });

  it("says that the service cannot be reached", async () => {
    fetched.mockRejectedValue(new TypeError("Failed to fetch"));
    await expect(request("auth/me/")).rejects.toThrow("The service cannot be reached.");
  });

  it("leaves an aborted request to who aborted it", async () => {
    const abort = new AbortController();
    abort.abort();
    const aborted = new DOMException("aborted", "AbortError");
    fetched.mockRejectedValue(aborted);
    await expect(request("auth/me/", { signal: abort.signal })).rejects.toBe(aborted);
  });

  it("sends the token of the cookie with a write, and with no read", async () => {
    document.cookie = "csrftoken=t0ken";
    answer({ success: true, data: null });
    await request("auth/logout/", { method: "POST" });
    answer({ success: true, data: null });
    await request("auth/me/");
    const [write, read] = fetched.mock.calls.map(([, init]) => new Headers(init?.headers).get("X-CSRFToken"));
    expect([write, read]).toEqual(["t0ken", null]);
  });
});
