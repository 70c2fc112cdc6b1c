/** Which of the question's principles the rater follows. A long one is written out once it is chosen. */
import { NativeSelect } from "@mantine/core";

import own from "./revision.module.css";

const OPTION_LENGTH = 90;

function optionName(principle: string, index: number): string {
  const long = principle.length > OPTION_LENGTH;
  return `${index + 1}. ${long ? `${principle.slice(0, OPTION_LENGTH)} …` : principle}`;
}

interface PrincipleProps {
  principles: string[];
  chosen: number | null;
  fault: string;
  onChoose: (index: number | null) => void;
}

export function Principle({ principles, chosen, fault, onChoose }: PrincipleProps) {
  if (principles.length === 0) return null;
  return (
    <div className={own.principle}>
      <NativeSelect
        label="Principle"
        data-part="principle"
        value={chosen ?? ""}
        error={fault}
        onChange={({ currentTarget: { value } }) => onChoose(value === "" ? null : Number(value))}
        data={[
          { value: "", label: "Choose the principle that you follow" },
          ...principles.map((text, index) => ({
            value: String(index),
            label: optionName(text, index),
          })),
        ]}
      />
      {chosen !== null && (principles[chosen] ?? "").length > OPTION_LENGTH && (
        <p className={own.whole}>{principles[chosen]}</p>
      )}
    </div>
  );
}
