/** Agreement looked at in other ways: other coefficients, parts of the votes, AI judges. */
import { SimpleGrid, Text } from "@mantine/core";

import type { AiJudges, Coefficients, Figures, Part, Rankings } from "@/api/manageTypes";
import { DotIntervals, LineBand, Reliability } from "@/components/plots";
import type { Table } from "@/components/plots/table";
import { counted, dayLabel, decimal, percent, whole } from "@/components/plots/words";

import { CsvButton, ESTIMATE_COLUMNS, estimateCells } from "../parts/CsvButton";
import { DataTable, type Column } from "../parts/DataTable";
import { Figure } from "../parts/Figure";
import { Section } from "../parts/Page";
import { COEFFICIENTS, orReason, type Coefficient } from "./words";

const UNITS = "pairs of responses, or steps, judged twice or more";

function columns(found: Coefficients): Column<Coefficient>[] {
  return [
    { name: "Coefficient", cell: ({ name }) => name },
    {
      name: "Value (95 % interval)",
      cell: ({ key, format }) => (
        <Text inherit style={found[key].value === null ? undefined : { whiteSpace: "nowrap" }}>
          {orReason(found[key], format)}
        </Text>
      ),
    },
    { name: "What it takes as chance", cell: ({ chance }) => chance },
    { name: "n", cell: ({ key }) => whole(found[key].n), numeric: true },
  ];
}

/** Undefined for the same reason, they say it once. */
function WholeRankings({ found: { k, alpha, kendall_w: w, tau_b: tau } }: { found: Rankings }) {
  return (
    <Text size="sm">
      Whole rankings of {whole(k)}: α = {orReason(alpha)} over {counted(alpha.n, "task")}. Two
      rankings differ by the share of pairs that they order differently, a tie counting half.
      {w.value !== null &&
        ` Of complete rankings, on average over ${counted(w.n, "task")}: Kendall's W ${orReason(w)}, which is 1 for equal rankings and ${decimal(0.5, 1)} for two raters who guess; τ-b ${orReason(tau)}, which is 0 for guesses.`}
    </Text>
  );
}

function tableOf(found: Coefficients): Table {
  return {
    columns: ["coefficient", ...ESTIMATE_COLUMNS],
    rows: COEFFICIENTS.map(({ key, name }) => [name, ...estimateCells(found[key])]),
  };
}

function OtherWays({ coefficients, rankings }: Pick<Figures, "coefficients" | "rankings">) {
  return (
    <Section
      title="Other ways to correct for chance"
      about={`All but the first are 1 where raters always agree and 0 where they agree as often as chance would have it; they differ in what they take as chance. Where one answer is very common, read AC1 or AC2 too. n counts ${UNITS}.`}
      actions={<CsvButton title="Coefficients" table={() => tableOf(coefficients)} />}
    >
      <DataTable
        caption="Other ways to correct for chance"
        columns={columns(coefficients)}
        rows={COEFFICIENTS}
        keyOf={({ key }) => key}
        minWidth={720}
      />
      {rankings.map((found) => (
        <WholeRankings key={found.k} found={found} />
      ))}
    </Section>
  );
}

const byAlpha = (one: Part, other: Part) =>
  (other.alpha.value ?? -Infinity) - (one.alpha.value ?? -Infinity);

function Parts({ title, reading, parts }: { title: string; reading: string; parts: Part[] }) {
  if (parts.length < 2) return null;
  return (
    <DotIntervals
      title={title}
      reading={reading}
      n={`n counts ${UNITS}; bars are 95 % intervals over tasks`}
      rows={[...parts]
        .sort(byAlpha)
        .map(({ name, alpha }) => ({ name, marks: [{ series: "alpha", estimate: alpha }] }))}
      xLabel="Krippendorff's α"
      format={(value) => decimal(value)}
      reference={{ x: 0, label: "chance" }}
      missing={null}
      ownN
    />
  );
}

const startOf = ({ name }: Part) => new Date(`${name}T00:00:00Z`);

/** One sentence for all weeks that have too little. */
function hiddenWeeks(weeks: readonly Part[]): string[] {
  const hidden = weeks.filter(({ alpha }) => alpha.value === null);
  const [first] = hidden;
  if (first === undefined) return [];
  const names = hidden.map((week) => dayLabel(startOf(week))).join(", ");
  const many = hidden.length > 1 ? ", for the first of them" : "";
  return [`Not shown: ${names}${many}. ${first.alpha.reason ?? "Too few votes."}`];
}

function Weeks({ weeks }: { weeks: Part[] }) {
  if (weeks.length < 2) return null;
  const points = weeks.map((week) => {
    const { value, lower, upper, n } = week.alpha;
    return { x: startOf(week).getTime(), y: value, lower, upper, n };
  });
  const total = points.reduce((sum, { n }) => sum + n, 0);
  return (
    <LineBand
      title="Agreement by week"
      reading="Krippendorff's α of the votes of each week alone; the band is its 95 % interval. A fall that the bands can't explain is worth a look: new raters, new prompts, new guidelines?"
      n={`n = ${whole(total)} ${UNITS} within a week`}
      series={[{ name: "alpha", points }]}
      x="time"
      xLabel="week that begins on (UTC)"
      yLabel="α"
      format={(value) => decimal(value)}
      reference={{ y: 0, label: "chance" }}
      fromZero
      needs={{ points: 2, noun: "week" }}
      notes={hiddenWeeks(weeks)}
    />
  );
}

type ByPartProps = Pick<Figures, "questions" | "criteria" | "weeks" | "groups">;

function ByPart({ questions, criteria, weeks, groups }: ByPartProps) {
  const most = Math.max(...[questions, criteria, weeks, groups].map((parts) => parts.length));
  if (most < 2) return null;
  return (
    <Section title="Where raters agree more, and where less">
      <Weeks weeks={weeks} />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Parts
          title="Agreement by question"
          reading="The highest first. A question far below the others may be unclear, or a matter of taste."
          parts={questions}
        />
        <Parts
          title="Agreement by criterion"
          reading="The highest first. A criterion far below the others means different things to different raters."
          parts={criteria}
        />
        <Parts
          title="Agreement by group of prompts"
          reading="The highest first. Where a group is far below the others, its prompts are harder to judge or the guidelines say too little about them."
          parts={groups}
        />
      </SimpleGrid>
    </Section>
  );
}

function Ai({ ai }: { ai: AiJudges }) {
  const { alpha, with_people: raw, with_people_beyond_chance: beyond } = ai;
  return (
    <Section
      title="AI judges"
      about={`${counted(ai.judgments, "judgment")} by AI judges, which are in no other figure here. In brackets: the 95 % interval.`}
    >
      <SimpleGrid cols={{ base: 1, md: 3 }}>
        <Figure
          title="Among themselves"
          words={`${alpha.value === null ? "" : "α = "}${orReason(alpha)}`}
          reading={`Krippendorff's α over ${whole(alpha.n)} ${UNITS} by AI judges. Judges that repeat each other's faults agree well, too.`}
        />
        <Figure
          title="People against AI judges"
          words={orReason(raw, percent)}
          reading={`How often a person and an AI judge say the same, over ${whole(raw.n)} pairs or steps that both judged. Hold it against the raw agreement among people.`}
        />
        <Figure
          title="The same, beyond chance"
          words={orReason(beyond)}
          reading={`1 is always the same, 0 is what chance gives; n = ${whole(beyond.n)}. Where it reaches the α among people, an AI judge's vote tells about as much as one more person's.`}
        />
      </SimpleGrid>
    </Section>
  );
}

const binOf = ({ predicted, observed }: Figures["calibration"]["bins"][number]) => ({
  lower: predicted,
  upper: predicted,
  predicted,
  observed: observed.value ?? 0,
  n: observed.n,
});

interface BelievedProps {
  calibration: Figures["calibration"];
  title: string;
  reading: string;
  /** What made the answer known: "that a reviewer decided". */
  known: string;
  yLabel: string;
}

function Believed({ calibration, title, reading, known, yLabel }: BelievedProps) {
  const { bins, reason, error, n } = calibration;
  return (
    <Reliability
      title={title}
      reading={`How sure the votes were of their likeliest answer, and how often it was right. On the diagonal the two are equal; below it the consensus is too sure. ${reading}`}
      n={`n = ${counted(n, "pair or step", "pairs or steps")} ${known}${error === null ? "" : `; ${decimal(error)} off on average`}`}
      bins={bins.map(binOf)}
      labels={{ x: "probability of the likeliest answer", y: yLabel }}
      missing={reason}
    />
  );
}

type ConsensusProps = Pick<Figures, "weighing" | "calibration" | "calibration_on_gold">;

/** How votes become a consensus, and whether its probabilities mean what they say. */
function Consensus({ weighing, calibration, calibration_on_gold: onGold }: ConsensusProps) {
  return (
    <Section title="The consensus" about={weighing}>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Believed
          calibration={calibration}
          title="Whether it can be believed, by reviewers"
          reading="Reviewers decide what is disputed, so these are the hard ones."
          known="that a reviewer decided"
          yLabel="share that reviewers decided so"
        />
        <Believed
          calibration={onGold}
          title="Whether it can be believed, by gold"
          reading="Votes on gold are taken together as if it were work. Gold is chosen because it is clear, so these are the easy ones."
          known="whose answer is known"
          yLabel="share that is the known answer"
        />
      </SimpleGrid>
    </Section>
  );
}

export function Agreements({ figures }: { figures: Figures }) {
  return (
    <>
      <OtherWays {...figures} />
      <ByPart {...figures} />
      <Consensus {...figures} />
      {figures.ai && <Ai ai={figures.ai} />}
    </>
  );
}
