import type { Account } from "../../api/session";
import type { Me } from "../../api/session"; // @legacy line dynamic-model-choices
import { fetchSites, type Site } from "../../api/sites";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { Message } from "../../components/Message";
import { settingsPath, siteOfPath, useNavigation } from "../../navigation";
import { useLoaded } from "../../useLoaded";
import { Settings } from "./Settings";
import { SiteSwitch } from "./SiteSwitch";

interface SitesProps {
  account: Account;
  flags: Me["flags"]; // @legacy line dynamic-model-choices
  onSessionEnded: () => void;
}

/** The account's sites, one of them shown: that of the address, else the first. */
export function Sites({
  account,
  flags, // @legacy line dynamic-model-choices
  onSessionEnded,
}: SitesProps) {
  const { loaded, reload } = useLoaded(fetchSites, onSessionEnded);
  const { path, go } = useNavigation();

  if (loaded.state === "loading") return <Loading what="your sites" />;
  if (loaded.state === "failed") return <Failure error={loaded.error} onRetry={reload} />;

  const sites = loaded.value;
  const site = shown(sites, path);
  if (site === null) return <NoSite />;
  return (
    <>
      <SiteSwitch sites={sites} current={site} onChange={(id) => go(settingsPath(id))} />
      {site === undefined ? (
        <Message title="There is no such site">
          <p>The address names nothing that this account has. Choose a site above.</p>
        </Message>
      ) : (
        <Settings
          key={site.id}
          site={site}
          account={account}
          flags={flags} // @legacy line dynamic-model-choices
          onSessionEnded={onSessionEnded}
        />
      )}
    </>
  );
}

/** Null: the account has no site. Undefined: it has not the one of the address. */
function shown(sites: readonly Site[], path: string): Site | null | undefined {
  if (path === "") return sites[0] ?? null;
  return sites.length === 0 ? null : sites.find((site) => site.id === siteOfPath(path));
}

function NoSite() {
  return (
    <Message title="No site yet">
      <p>This account has no site. As soon as it has one, its models are chosen here.</p>
    </Message>
  );
}
