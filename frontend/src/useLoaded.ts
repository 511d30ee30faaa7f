import { useCallback, useEffect, useState } from "react";
import { ApiError } from "./api/client";

export type Loaded<T> =
  | { state: "loading" }
  | { state: "failed"; error: ApiError }
  | { state: "ready"; value: T };

/**
 * Load once per `load`, which must keep its identity while it would load the same; `reload` loads again,
 * `replace` sets what a change has answered. What arrives after the page has moved on is dropped. Where the
 * session has ended `onSessionEnded` is called, and shows another page.
 */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, onSessionEnded?: () => void) {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: "loading" });
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    const abort = new AbortController();
    setLoaded({ state: "loading" });
    load(abort.signal).then(
      (value) => {
        if (!abort.signal.aborted) setLoaded({ state: "ready", value });
      },
      (caught: unknown) => {
        if (abort.signal.aborted) return;
        const error = asApiError(caught);
        if (error.status === 401 && onSessionEnded) onSessionEnded();
        else setLoaded({ state: "failed", error });
      },
    );
    return () => abort.abort();
  }, [load, attempt, onSessionEnded]);

  const reload = useCallback(() => setAttempt((attempts) => attempts + 1), []);
  const replace = useCallback((value: T) => setLoaded({ state: "ready", value }), []);
  return { loaded, reload, replace };
}

/** A fault of the page itself is told like one of the service; the console has the rest. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  console.error(error);
  return new ApiError("Something went wrong on this page. Load it again.", { status: 0 });
}
