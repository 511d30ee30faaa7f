import type { ApiError } from "../api/client";

interface RequestIdProps {
  of: ApiError;
}

/** What support needs to find a fault of the service in its log. */
export function RequestId({ of: error }: RequestIdProps) {
  if (error.status < 500 || !error.requestId) return null;
  return <p className="quiet">Request <code>{error.requestId}</code></p>;
}
