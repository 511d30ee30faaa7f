import { useId } from "react";
import type { ModelChoice } from "../api/aiModels";

interface ModelFieldsetProps {
  legend: string;
  choices: readonly ModelChoice[];
  /** The model that is used where none is chosen. */
  standard: string;
  /** What was chosen before and is no longer offered; null where there is no such thing. */
  gone: string | null;
  /** What is selected; empty for the standard. */
  value: string;
  disabled: boolean;
  onChange: (modelName: string) => void;
}

/** One choice among models, or the standard. */
export function ModelFieldset({ legend, choices, standard, gone, value, disabled, onChange }: ModelFieldsetProps) {
  const group = useId();
  const labelOf = (modelName: string) => choices.find((choice) => choice.model_name === modelName)?.label ?? modelName;

  if (choices.length === 0) {
    return (
      <fieldset>
        <legend>{legend}</legend>
        <p className="notice">No models are offered right now. What was chosen before stays in use.</p>
      </fieldset>
    );
  }
  const option = (modelName: string, label: string, hint: string) => (
    <Option
      key={modelName}
      group={group}
      label={label}
      hint={hint}
      checked={value === modelName}
      onSelect={() => onChange(modelName)}
    />
  );
  return (
    <fieldset disabled={disabled}>
      <legend>{legend}</legend>
      {gone && <p className="notice warning">{gone} is no longer offered. Choose another model.</p>}
      {option("", "Standard", standard ? `Now ${labelOf(standard)}` : "")}
      {choices.map((choice) => option(choice.model_name, choice.label, choice.model_name))}
      {gone && option(gone, gone, "No longer offered")}
    </fieldset>
  );
}

interface OptionProps {
  group: string;
  label: string;
  hint: string;
  checked: boolean;
  onSelect: () => void;
}

/** The whole row can be clicked: the label reaches over it. */
function Option({ group, label, hint, checked, onSelect }: OptionProps) {
  const id = useId();
  return (
    <div className="option">
      <input type="radio" id={id} name={group} checked={checked} onChange={onSelect} aria-describedby={`${id}-hint`} />
      <label htmlFor={id}>{label}</label>
      <span id={`${id}-hint`} className="quiet">{hint}</span>
    </div>
  );
}
