/** All reward models of a project; any two of them can be ticked and compared. */
import { Checkbox, Group, Text } from "@mantine/core";
import { useState } from "react";

import type { RewardModel } from "@/api/types";

import { DataTable, type Column } from "../parts/DataTable";
import { GoButton, GoTo } from "../parts/GoTo";
import { Section } from "../parts/Page";
import { When } from "../parts/When";
import { accuracyWords } from "../words";
import { ChampionBadge } from "./ModelBadges";
import { Promote } from "./Promote";

const PAIR = 2;

interface Choice {
  chosen: readonly number[];
  toggle: (number: number) => void;
}

/** A third tick takes the place of the oldest. */
function useChoice(): Choice {
  const [chosen, setChosen] = useState<number[]>([]);
  const toggle = (number: number) =>
    setChosen((before) =>
      before.includes(number)
        ? before.filter((each) => each !== number)
        : [...before, number].slice(-PAIR),
    );
  return { chosen, toggle };
}

function columnsOf({ chosen, toggle }: Choice): Column<RewardModel>[] {
  return [
    {
      name: "Model",
      cell: ({ id, number, champion }) => (
        <Group gap="xs" wrap="nowrap">
          <Checkbox
            aria-label={`Compare model ${number}`}
            checked={chosen.includes(number)}
            onChange={() => toggle(number)}
          />
          <Text span inherit style={{ whiteSpace: "nowrap" }}>
            <GoTo page={`reward-models/${id}`}>{`Model ${number}`}</GoTo>
          </Text>
          {champion && <ChampionBadge />}
        </Group>
      ),
    },
    { name: "Right on unseen prompts", cell: ({ accuracy }) => accuracyWords(accuracy) },
    { name: "Snapshot", cell: ({ snapshot }) => snapshot.number, numeric: true },
    { name: "Run", cell: ({ run }) => <GoTo page={`reward-models/runs/${run}`}>{run}</GoTo> },
    { name: "Made", cell: ({ created_at: at }) => <When at={at} /> },
    { name: "", cell: (model) => !model.champion && <Promote model={model} /> },
  ];
}

function CompareButton({ chosen }: { chosen: readonly number[] }) {
  const [b, a] = [...chosen].sort((one, other) => one - other);
  const ready = a !== undefined && b !== undefined;
  return (
    <GoButton page="reward-models/compare" search={ready ? { a, b } : {}}>
      {ready ? `Compare models ${a} and ${b}` : "Compare two models"}
    </GoButton>
  );
}

export function ModelTable({ models }: { models: readonly RewardModel[] }) {
  const choice = useChoice();
  return (
    <Section
      title="Models"
      about="In brackets: 95 % intervals. Promoting by hand overrules the verdict. Tick two models to compare them on the same prompts."
      actions={models.length >= PAIR && <CompareButton chosen={choice.chosen} />}
    >
      <DataTable
        caption="Models"
        columns={columnsOf(choice)}
        rows={models}
        keyOf={({ id }) => id}
        minWidth={760}
      />
    </Section>
  );
}
