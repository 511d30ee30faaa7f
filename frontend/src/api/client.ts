/** What a request that failed says: `message` is a sentence for the person who waits for it. */
export class ApiError extends Error {
  /** HTTP status; 0 where the service was not reached. */
  readonly status: number;
  /** The id under which the service's log has this request; empty where there is none. */
  readonly requestId: string;

  constructor(message: string, { status, requestId = "" }: { status: number; requestId?: string }) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.requestId = requestId;
  }
}

interface Envelope {
  success: boolean;
  data?: unknown;
  results?: unknown;
  message?: string;
  request_id?: string;
}

interface RequestOptions {
  method?: "GET" | "POST" | "PATCH";
  body?: unknown;
  signal?: AbortSignal;
}

/**
 * Ask the service and take the envelope off: resolves to its `data`, or to the `results` of a list.
 * Rejects with ApiError; an aborted request rejects with the browser's own AbortError.
 */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options);
  const envelope = await envelopeOf(response);
  if (!response.ok || !envelope?.success) {
    throw new ApiError(envelope?.message || unexplained(response.status), {
      status: response.status,
      requestId: envelope?.request_id ?? response.headers.get("X-Request-ID") ?? "",
    });
  }
  return (envelope.data ?? envelope.results ?? null) as T;
}

async function send(path: string, { method = "GET", body, signal }: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") {
    headers["Content-Type"] = "application/json";
    headers["X-CSRFToken"] = csrfToken();
  }
  try {
    return await fetch(`/api/v1/${path}`, {
      method,
      headers,
      credentials: "same-origin",
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError("The service cannot be reached. Check your connection and try again.", { status: 0 });
  }
}

/** A proxy that answers in place of the service sends no envelope. */
async function envelopeOf(response: Response): Promise<Envelope | null> {
  try {
    return (await response.json()) as Envelope;
  } catch {
    return null;
  }
}

function unexplained(status: number): string {
  return `The service answered with an error (${status}). Try again in a moment.`;
}

/** Django's cookie; it changes at sign-in, so it is read for every request. */
function csrfToken(): string {
  return /(?:^|;\s*)csrftoken=([^;]*)/.exec(document.cookie)?.[1] ?? "";
}
