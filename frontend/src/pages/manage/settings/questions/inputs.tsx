/** The inputs that the specs of all kinds are made of: each with its label, its help, its refusal. */
import { NumberInput, Switch, Textarea, TextInput } from "@mantine/core";

import { faultOf, type Faults } from "../../parts/faults";
import { HELP_BELOW, NamesInput } from "../../parts/Names";
import { LABELS } from "./spec";

interface InputProps<Value> {
  /** Of the setting. */
  name: string;
  help: string;
  value: Value;
  set: (value: Value) => void;
  faults: Faults;
}

function look({ name, help, faults }: Pick<InputProps<unknown>, "name" | "help" | "faults">) {
  return { label: LABELS[name] ?? name, description: help, error: faultOf(faults, name) };
}

interface WholeProps extends InputProps<number | null> {
  min: number;
  max: number;
}

export function Whole({ value, set, min, max, ...rest }: WholeProps) {
  return (
    <NumberInput
      {...look(rest)}
      inputWrapperOrder={HELP_BELOW}
      min={min}
      max={max}
      allowDecimal={false}
      // A number out of range is refused with words, not quietly replaced.
      clampBehavior="none"
      required
      value={value ?? ""}
      onChange={(next) => set(next === "" ? null : Number(next))}
    />
  );
}

export function Flag({ value, set, ...rest }: InputProps<boolean>) {
  return (
    <Switch
      {...look(rest)}
      checked={value}
      onChange={(event) => set(event.currentTarget.checked)}
    />
  );
}

export function Words({ value, set, ...rest }: InputProps<string>) {
  return (
    <TextInput
      {...look(rest)}
      inputWrapperOrder={HELP_BELOW}
      maxLength={60}
      value={value}
      onChange={(event) => set(event.currentTarget.value)}
    />
  );
}

/** What raters are asked, which every kind has. */
export function PromptField(props: Omit<InputProps<string>, "name" | "help">) {
  const { value, set, faults } = props;
  return (
    <Textarea
      {...look({ name: "prompt", help: "The question itself, as raters read it.", faults })}
      required
      autosize
      maxLength={500}
      value={value}
      onChange={(event) => set(event.currentTarget.value)}
    />
  );
}

export function NoteField(props: Omit<InputProps<boolean>, "name" | "help">) {
  return <Flag {...props} name="note" help="Whether a rater may add a note." />;
}

export function ManyNames({ value, set, ...rest }: InputProps<string[]>) {
  return <NamesInput {...look(rest)} value={value} onChange={set} />;
}
