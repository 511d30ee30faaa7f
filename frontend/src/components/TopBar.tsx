import type { Account } from "../api/session";

interface TopBarProps {
  account: Account | undefined;
  onSignOut: (() => void) | undefined;
}

export function TopBar({ account, onSignOut }: TopBarProps) {
  return (
    <header className="top-bar">
      <span className="brand">IGNY8</span>
      {account && (
        <dl>
          <div><dt>Account</dt><dd>{account.name} <span className="quiet">{account.plan}</span></dd></div>
          <div><dt>Balance</dt><dd className="balance">{credits(account.credits)}</dd></div>
        </dl>
      )}
      {onSignOut && <button type="button" onClick={onSignOut}>Sign out</button>}
    </header>
  );
}

function credits(amount: number): string {
  return `${amount.toLocaleString("en-US")} ${amount === 1 ? "credit" : "credits"}`;
}
