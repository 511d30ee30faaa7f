import { useCallback } from "react";
import type { ModelChoices } from "../../api/aiModels";
import type { Account } from "../../api/session";
import type { Me } from "../../api/session"; // @legacy line dynamic-model-choices
import type { Site } from "../../api/sites";
import { fetchSiteSettings, type SiteSettings } from "../../api/siteSettings";
import { Failure } from "../../components/Failure";
import { Loading } from "../../components/Loading";
import { PageTitle } from "../../components/PageTitle";
import { modelChoicesFor } from "../../modelChoices";
import { useLoaded } from "../../useLoaded";
import { ModelsForm } from "./ModelsForm";

interface SettingsProps {
  site: Site;
  account: Account;
  flags: Me["flags"]; // @legacy line dynamic-model-choices
  onSessionEnded: () => void;
}

interface Loadable {
  settings: SiteSettings;
  choices: ModelChoices;
}

/** Which models write and draw for a site. */
export function Settings({
  site,
  account,
  flags, // @legacy line dynamic-model-choices
  onSessionEnded,
}: SettingsProps) {
  const load = useCallback(
    async (signal: AbortSignal): Promise<Loadable> => {
      const [settings, choices] = await Promise.all([
        fetchSiteSettings(site.id, signal),
        modelChoicesFor(
          flags, // @legacy line dynamic-model-choices
          signal,
        ),
      ]);
      return { settings, choices };
    },
    [
      site.id,
      flags, // @legacy line dynamic-model-choices
    ],
  );
  const { loaded, reload } = useLoaded(load, onSessionEnded);

  if (loaded.state === "loading") return <Loading what="the settings" />;
  if (loaded.state === "failed") return <Failure error={loaded.error} onRetry={reload} />;
  return (
    <section className="card">
      <PageTitle>{`Models of ${site.name}`}</PageTitle>
      {!account.allows_overrides && (
        <p className="notice">
          The {account.plan} plan uses the standard models. Upgrade it to choose your own.
        </p>
      )}
      {account.credits === 0 && (
        <p className="notice warning">No credits are left. Nothing is written or drawn until you buy some.</p>
      )}
      <ModelsForm
        siteId={site.id}
        settings={loaded.value.settings}
        choices={loaded.value.choices}
        disabled={!account.allows_overrides}
        onSessionEnded={onSessionEnded}
      />
    </section>
  );
}
