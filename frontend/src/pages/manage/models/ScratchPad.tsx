/** A typed prompt with several answers, scored by one model or by two side by side. */
import { Alert, Button, Group, MultiSelect, Stack, Text, Textarea } from "@mantine/core";
import { useState, type SubmitEvent } from "react";

import { useScore, type ScoredBy } from "@/api/manageModels";
import type { RewardModel } from "@/api/types";
import { decimal, percent, withInterval } from "@/components/plots/words";

import { DataTable, type Column } from "../parts/DataTable";
import { useSlug } from "../parts/GoTo";
import { Section } from "../parts/Page";

const MOST_ANSWERS = 6;
const MOST_MODELS = 2;
const LETTERS = 60;

const excerpt = (text: string) => (text.length > LETTERS ? `${text.slice(0, LETTERS)}…` : text);

/** The chance that this answer is preferred to the best of the others, a tie counting half. */
export function chanceOf(rewards: readonly number[], place: number): number {
  const others = rewards.filter((_, other) => other !== place);
  return 1 / (1 + Math.exp(Math.max(...others) - (rewards[place] ?? 0)));
}

function columnsOf({ model, scores }: ScoredBy): Column<number>[] {
  const means = scores.map(({ mean }) => mean);
  const name = `Model ${model}`;
  return [
    {
      name: `${name}: reward`,
      cell: (place) => {
        const score = scores[place];
        if (score === undefined) return "–";
        return withInterval({ value: score.mean, ...score }, (value) => decimal(value));
      },
      numeric: true,
    },
    ...(means.length > 1
      ? [
          {
            name: `${name}: beats the best other`,
            cell: (place: number) => percent(chanceOf(means, place)),
            numeric: true,
          },
        ]
      : []),
  ];
}

function Scores({ answers, found }: { answers: string[]; found: ScoredBy[] }) {
  const best = found[0]?.scores ?? [];
  const order = answers.map((_, place) => place);
  order.sort((one, other) => (best[other]?.mean ?? 0) - (best[one]?.mean ?? 0));
  return (
    <Stack gap="xs">
      <DataTable
        caption="Scores"
        columns={[
          { name: "Answer", cell: (place) => `${place + 1}. ${excerpt(answers[place] ?? "")}` },
          ...found.flatMap(columnsOf),
        ]}
        rows={order}
        keyOf={(place) => place}
        minWidth={520}
      />
      <Text size="sm" c="dimmed">
        The best by the first model comes first. Only differences between answers to one prompt
        mean something: a difference of 1 is odds of {decimal(Math.E, 1)} to 1. In brackets: where
        the heads of the ensemble put it, beside the other answers.
      </Text>
    </Stack>
  );
}

interface ScratchPadProps {
  models: RewardModel[];
}

export function ScratchPad({ models }: ScratchPadProps) {
  const score = useScore(useSlug());
  const champion = models.find((model) => model.champion) ?? models[0];
  const [chosen, setChosen] = useState<string[]>(champion ? [String(champion.number)] : []);
  const [prompt, setPrompt] = useState("");
  const [answers, setAnswers] = useState(["", ""]);
  const [scored, setScored] = useState<string[]>([]);
  const given = answers.filter((answer) => answer.trim());
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const asked = { prompt, responses: given, models: chosen.map(Number) };
    score.mutate(asked, { onSuccess: () => setScored(given) });
  };
  const change = (place: number, text: string) =>
    setAnswers((before) => before.map((answer, i) => (i === place ? text : answer)));
  return (
    <Section
      title="Scratch pad"
      about="Type a prompt and answers to it, and see what a model prefers. Nothing is stored."
    >
      <form onSubmit={submit}>
        <Stack>
          <MultiSelect
            label="Models"
            description="One, or two side by side."
            data={models.map(({ number, champion: serves }) => ({
              value: String(number),
              label: serves ? `Model ${number} (champion)` : `Model ${number}`,
            }))}
            value={chosen}
            onChange={setChosen}
            maxValues={MOST_MODELS}
          />
          <Textarea
            label="Prompt"
            autosize
            minRows={2}
            maxRows={10}
            value={prompt}
            onChange={(event) => setPrompt(event.currentTarget.value)}
          />
          {answers.map((answer, place) => (
            <Textarea
              key={place}
              label={`Answer ${place + 1}`}
              autosize
              minRows={2}
              maxRows={10}
              value={answer}
              onChange={(event) => change(place, event.currentTarget.value)}
            />
          ))}
          <Group>
            <Button
              type="submit"
              loading={score.isPending}
              disabled={!prompt.trim() || given.length === 0 || chosen.length === 0}
            >
              Score
            </Button>
            {answers.length < MOST_ANSWERS && (
              <Button variant="default" onClick={() => setAnswers((before) => [...before, ""])}>
                One more answer
              </Button>
            )}
          </Group>
          {score.error && (
            <Alert color="red" title="Nothing was scored">
              {score.error.message}
            </Alert>
          )}
          {score.data && scored.length > 0 && <Scores answers={scored} found={score.data} />}
        </Stack>
      </form>
    </Section>
  );
}
