/** A group of a project's numbers, each with its help and with what the server refused. */
import { Fieldset, NumberInput, SimpleGrid } from "@mantine/core";
import type { ReactNode } from "react";

import { faultOf, type Faults } from "../parts/faults";
import { HELP_BELOW } from "../parts/Names";
import type { Draft, NumberField } from "./projectFields";

interface NumberFieldsProps {
  legend: string;
  fields: readonly NumberField[];
  draft: Draft;
  faults: Faults;
  set: (part: Draft) => void;
  children?: ReactNode;
}

export function NumberFields({ legend, fields, draft, faults, set, children }: NumberFieldsProps) {
  return (
    <Fieldset legend={legend}>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {fields.map(({ key, label, help, unit, min, max, empty }) => (
          <NumberInput
            key={key}
            label={label}
            description={empty ? `${help} ${empty}` : help}
            min={min}
            max={max}
            allowDecimal={unit === "percent"}
            decimalScale={2}
            required={empty === undefined}
            inputWrapperOrder={HELP_BELOW}
            value={draft[key] as string | number}
            onChange={(value) => set({ [key]: value })}
            error={faultOf(faults, key)}
          />
        ))}
        {children}
      </SimpleGrid>
    </Fieldset>
  );
}
