interface LoadingProps {
  what: string;
}

/** Shown a moment late, so that a quick answer does not flicker. */
export function Loading({ what }: LoadingProps) {
  return <p className="loading" role="status">Loading {what}…</p>;
}
