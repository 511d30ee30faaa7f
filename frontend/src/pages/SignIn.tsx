import { useState } from "react";
import type { ApiError } from "../api/client";
import { type Me, signIn } from "../api/session";
import { PageTitle } from "../components/PageTitle";
import { RequestId } from "../components/RequestId";
import { asApiError } from "../useLoaded";

interface SignInProps {
  /** Why this page is shown, where there is a reason to say. */
  note: string;
  onSignedIn: (me: Me) => void;
}

export function SignIn({ note, onSignedIn }: SignInProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);

  async function submit(event: React.FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget;
    const values = new FormData(form);
    setBusy(true);
    setError(null);
    try {
      onSignedIn(await signIn({ username: String(values.get("username")), password: String(values.get("password")) }));
    } catch (caught) {
      setError(asApiError(caught));
      setBusy(false);
      form.querySelector<HTMLInputElement>("[name=password]")?.select();
    }
  }

  return (
    <section className="card sign-in">
      <PageTitle>Sign in</PageTitle>
      <p role="status" className={note ? "notice" : "empty"}>{note}</p>
      {/* Posting, so that a password never stands in an address, even where the script fails. */}
      <form method="post" onSubmit={submit} aria-busy={busy}>
        <label htmlFor="username">Username</label>
        <input id="username" name="username" autoComplete="username" autoCapitalize="none" required />
        <label htmlFor="password">Password</label>
        <input
          id="password" name="password" type="password" autoComplete="current-password" required
          aria-invalid={error !== null} aria-describedby="sign-in-error"
        />
        <div id="sign-in-error" role="alert">
          {error && <div className="notice failed"><p>{error.message}</p><RequestId of={error} /></div>}
        </div>
        <button type="submit" className="primary" aria-disabled={busy}>{busy ? "Signing in…" : "Sign in"}</button>
      </form>
    </section>
  );
}
