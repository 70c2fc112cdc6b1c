/** A group of training's settings; each shows its default while it is empty. */
import { Fieldset, NumberInput, Select, SimpleGrid, Switch, TextInput } from "@mantine/core";

import { HELP_BELOW } from "../parts/Names";
import { rateFault, type PlanDraft } from "./trainingDraft";
import type { PlanField } from "./trainingFields";

interface FieldsProps {
  fields: readonly PlanField[];
  draft: PlanDraft;
  faults: Record<string, string>;
  set: (part: PlanDraft) => void;
}

interface FieldProps extends Omit<FieldsProps, "fields"> {
  field: PlanField;
}

function Field({ field, draft, faults, set }: FieldProps) {
  const { path, label, help } = field;
  const value = draft[path] ?? "";
  const common = { label, description: help, error: faults[path], inputWrapperOrder: HELP_BELOW };
  switch (field.kind) {
    case "number":
      return (
        <NumberInput
          {...common}
          placeholder={field.usual}
          min={field.min}
          max={field.max}
          step={field.digits > 0 ? 10 ** -Math.min(field.digits, 2) : 1}
          allowDecimal={field.digits > 0}
          decimalScale={field.digits}
          value={value as string | number}
          onChange={(next) => set({ [path]: next })}
        />
      );
    case "rate":
      return (
        <TextInput
          {...common}
          placeholder={field.usual}
          value={String(value)}
          onChange={(event) => set({ [path]: event.currentTarget.value.trim() })}
          error={faults[path] ?? rateFault(value)}
        />
      );
    case "weights":
      return (
        <TextInput
          {...common}
          placeholder={field.usual}
          value={String(value)}
          onChange={(event) => set({ [path]: event.currentTarget.value })}
        />
      );
    case "choice":
      return (
        <Select
          {...common}
          data={field.options}
          allowDeselect={false}
          value={value === "" ? field.usual : String(value)}
          onChange={(next) => set({ [path]: next === field.usual ? "" : (next ?? "") })}
        />
      );
    case "switch":
      return (
        <Switch
          label={label}
          description={help}
          error={faults[path]}
          checked={value === true}
          onChange={(event) => set({ [path]: event.currentTarget.checked })}
        />
      );
  }
}

export function TrainingFields({ fields, ...rest }: FieldsProps) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
      {fields.map((field) => (
        <Field key={field.path} field={field} {...rest} />
      ))}
    </SimpleGrid>
  );
}

export function TrainingGroup({ legend, ...rest }: FieldsProps & { legend: string }) {
  return (
    <Fieldset legend={legend}>
      <TrainingFields {...rest} />
    </Fieldset>
  );
}
