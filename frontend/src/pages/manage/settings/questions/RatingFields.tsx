/** The settings of a rating. */
import { SimpleGrid } from "@mantine/core";

import type { RatingSpec } from "@/api/types";

import { CriteriaRows } from "./CriteriaRows";
import { Flag, ManyNames, NoteField, PromptField, Whole, Words } from "./inputs";
import type { SpecProps } from "./spec";

function Scale({ spec, set, faults }: SpecProps<RatingSpec>) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
      <Whole
        name="minimum"
        help="From −100."
        min={-100}
        max={100}
        value={spec.minimum}
        set={(minimum) => set({ minimum })}
        faults={faults}
      />
      <Words
        name="low"
        help="In a word or two; may be empty."
        value={spec.low}
        set={(low) => set({ low })}
        faults={faults}
      />
      <Whole
        name="maximum"
        help="Up to 100; at most 11 points without a slider."
        min={-100}
        max={100}
        value={spec.maximum}
        set={(maximum) => set({ maximum })}
        faults={faults}
      />
      <Words
        name="high"
        help="The best; may be empty."
        value={spec.high}
        set={(high) => set({ high })}
        faults={faults}
      />
    </SimpleGrid>
  );
}

export function RatingFields({ spec, set, faults }: SpecProps<RatingSpec>) {
  return (
    <>
      <PromptField value={spec.prompt} set={(prompt) => set({ prompt })} faults={faults} />
      <CriteriaRows
        criteria={spec.criteria}
        set={(criteria) => set({ criteria })}
        faults={faults}
      />
      <Scale spec={spec} set={set} faults={faults} />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Whole
          name="k_max"
          help="1 to 16, rated beside each other."
          min={1}
          max={16}
          value={spec.k_max}
          set={(k_max) => set({ k_max })}
          faults={faults}
        />
        <ManyNames
          name="marks"
          help="Raters may mark words of a response with one of these. None: no marking."
          value={spec.marks}
          set={(marks) => set({ marks })}
          faults={faults}
        />
        <Flag
          name="slider"
          help="In place of a button for each point."
          value={spec.slider}
          set={(slider) => set({ slider })}
          faults={faults}
        />
        <Flag
          name="optional"
          help="Off: every response needs a number for every criterion."
          value={spec.optional}
          set={(optional) => set({ optional })}
          faults={faults}
        />
        <NoteField value={spec.note} set={(note) => set({ note })} faults={faults} />
      </SimpleGrid>
    </>
  );
}
