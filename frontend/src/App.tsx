import { useCallback, useState } from "react";
import { type Account, fetchMe, type Me, signOut } from "./api/session";
import { Failure } from "./components/Failure";
import { Loading } from "./components/Loading";
import { Message } from "./components/Message";
import { TopBar } from "./components/TopBar";
import { SignIn } from "./pages/SignIn";
import { Sites } from "./pages/Sites";
import { asApiError, useLoaded } from "./useLoaded";

const SESSION_ENDED = "Your session has ended. Sign in again to go on.";

/** Who is signed in decides what is shown. */
export function App() {
  const { loaded, reload, replace } = useLoaded(fetchMe);
  const [note, setNote] = useState("");

  const leave = useCallback(
    (why: string) => {
      setNote(why);
      replace({
        user: null,
        account: null,
        flags: {}, // @legacy line dynamic-model-choices
      });
    },
    [replace],
  );
  const enter = useCallback(
    (me: Me) => {
      setNote("");
      replace(me);
    },
    [replace],
  );
  const endSession = useCallback(() => leave(SESSION_ENDED), [leave]);

  if (loaded.state === "loading") return <Page><Loading what="your account" /></Page>;
  if (loaded.state === "failed") return <Page><Failure error={loaded.error} onRetry={reload} /></Page>;

  const me = loaded.value;
  if (!me.user) return <Page><SignIn note={note} onSignedIn={enter} /></Page>;

  const onSignOut = async () => {
    try {
      await signOut();
      leave("You are signed out.");
    } catch (error) {
      setNote(asApiError(error).message);
    }
  };
  if (!me.account) {
    return (
      <Page onSignOut={onSignOut}>
        <Message title="This login belongs to no account">
          <p>You are signed in as {me.user.username}. Operators work in the <a href="/migration/">console</a>.</p>
        </Message>
      </Page>
    );
  }
  return (
    <Page account={me.account} onSignOut={onSignOut}>
      {note && <p className="notice failed" role="alert">{note}</p>}
      <Sites
        account={me.account}
        flags={me.flags} // @legacy line dynamic-model-choices
        onSessionEnded={endSession}
      />
    </Page>
  );
}

interface PageProps {
  account?: Account;
  onSignOut?: () => void;
  children: React.ReactNode;
}

function Page({ account, onSignOut, children }: PageProps) {
  return (
    <>
      <TopBar account={account} onSignOut={onSignOut} />
      <main>{children}</main>
    </>
  );
}
