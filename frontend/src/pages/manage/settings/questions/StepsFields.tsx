/** The settings of a question about steps. */
import { Select, SimpleGrid } from "@mantine/core";

import type { StepsSpec } from "@/api/types";

import { faultOf } from "../../parts/faults";
import { Flag, NoteField, PromptField } from "./inputs";
import { LABELS, type SpecProps } from "./spec";

const SEPARATORS = [
  { value: "blank_line", label: "An empty line: steps are paragraphs" },
  { value: "line", label: "The end of a line: every line is a step" },
];

export function StepsFields({ spec, set, faults }: SpecProps<StepsSpec>) {
  return (
    <>
      <PromptField value={spec.prompt} set={(prompt) => set({ prompt })} faults={faults} />
      <Select
        label={LABELS.separator}
        description="Where a response is cut into steps."
        data={SEPARATORS}
        allowDeselect={false}
        value={spec.separator}
        onChange={(value) => set({ separator: (value ?? "blank_line") as StepsSpec["separator"] })}
        error={faultOf(faults, "separator")}
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Flag
          name="neutral"
          help="Whether a step may be neither right nor wrong."
          value={spec.neutral}
          set={(neutral) => set({ neutral })}
          faults={faults}
        />
        <Flag
          name="first_error"
          help="What follows the first wrong step is not judged; saves time on long solutions."
          value={spec.first_error}
          set={(first_error) => set({ first_error })}
          faults={faults}
        />
        <Flag
          name="reason"
          help="Whether a rater may say why a step is wrong."
          value={spec.reason}
          set={(reason) => set({ reason })}
          faults={faults}
        />
        <NoteField value={spec.note} set={(note) => set({ note })} faults={faults} />
      </SimpleGrid>
    </>
  );
}
