import { useEffect, useRef, useState } from "react";
import type { ModelChoices } from "../../api/aiModels";
import type { ApiError } from "../../api/client";
import { type ModelSettings, saveSiteSettings, type SiteSettings } from "../../api/siteSettings";
import { ModelFieldset } from "../../components/ModelFieldset";
import { RequestId } from "../../components/RequestId";
import { asApiError } from "../../useLoaded";

interface ModelsFormProps {
  siteId: number;
  settings: SiteSettings;
  choices: ModelChoices;
  disabled: boolean;
  onSessionEnded: () => void;
}

type Saving = { state: "idle" | "saving" | "saved" | "unchanged" } | { state: "failed"; error: ApiError };

const TOLD = { idle: "", saving: "Saving…", saved: "Saved.", unchanged: "Nothing was changed.", failed: "" };

export function ModelsForm({ siteId, settings, choices, disabled, onSessionEnded }: ModelsFormProps) {
  const [saved, setSaved] = useState(settings);
  const [chosen, setChosen] = useState<ModelSettings>(settings);
  const [saving, setSaving] = useState<Saving>({ state: "idle" });

  function choose(changes: Partial<ModelSettings>) {
    setChosen((before) => ({ ...before, ...changes }));
    setSaving({ state: "idle" });
  }

  async function save(event: React.FormEvent) {
    event.preventDefault();
    if (saving.state === "saving") return;
    const changes = changesBetween(saved, chosen);
    if (Object.keys(changes).length === 0) return setSaving({ state: "unchanged" });
    setSaving({ state: "saving" });
    try {
      setSaved(await saveSiteSettings(siteId, changes));
      setSaving({ state: "saved" });
    } catch (caught) {
      const error = asApiError(caught);
      if (error.status === 401) onSessionEnded();
      else setSaving({ state: "failed", error });
    }
  }

  const busy = saving.state === "saving";
  const gone = (field: keyof ModelSettings) => (saved.not_offered.includes(field) ? saved[field] : null);
  return (
    <form onSubmit={save} aria-busy={busy}>
      <ModelFieldset
        legend="Text model"
        choices={choices.text}
        standard={saved.standard.text_model}
        gone={gone("text_model")}
        value={chosen.text_model}
        disabled={disabled}
        onChange={(text_model) => choose({ text_model })}
      />
      <ModelFieldset
        legend="Image model"
        choices={choices.image}
        standard={saved.standard.image_model}
        gone={gone("image_model")}
        value={chosen.image_model}
        disabled={disabled}
        onChange={(image_model) => choose({ image_model })}
      />
      {saving.state === "failed" && <NotSaved error={saving.error} />}
      {!disabled && (
        <div className="actions">
          <button type="submit" className="primary" aria-disabled={busy}>Save</button>
          <p role="status" className={saving.state === "saved" ? "saved" : "quiet"}>{TOLD[saving.state]}</p>
        </div>
      )}
    </form>
  );
}

function changesBetween(saved: ModelSettings, chosen: ModelSettings): Partial<ModelSettings> {
  return {
    ...(saved.text_model !== chosen.text_model && { text_model: chosen.text_model }),
    ...(saved.image_model !== chosen.image_model && { image_model: chosen.image_model }),
  };
}

interface NotSavedProps {
  error: ApiError;
}

/** Takes the focus: who pressed Save far below must not miss it. */
function NotSaved({ error }: NotSavedProps) {
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => box.current?.focus(), [error]);

  return (
    <div ref={box} className="notice failed" role="alert" tabIndex={-1}>
      <p>Not saved. {error.message}</p>
      <RequestId of={error} />
    </div>
  );
}
