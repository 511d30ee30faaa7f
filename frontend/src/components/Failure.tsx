import type { ApiError } from "../api/client";
import { Message } from "./Message";
import { RequestId } from "./RequestId";

interface FailureProps {
  error: ApiError;
  onRetry: () => void;
}

/** In place of what could not be loaded: what happened, and a way to try again. */
export function Failure({ error, onRetry }: FailureProps) {
  return (
    <Message title="This could not be loaded">
      <p role="alert">{error.message}</p>
      <RequestId of={error} />
      <button type="button" className="primary" onClick={onRetry}>Try again</button>
    </Message>
  );
}
