/** How far raters agree: in words, over time, and, for those who run the project, in more ways. */
import { Card, SimpleGrid, Stack, Text } from "@mantine/core";

import { useAgreement } from "@/api/manage";
import { runsProjects, useRole } from "@/api/session";
import type { Agreement, Estimate } from "@/api/types";
import { LineBand } from "@/components/plots";
import type { LinePoint } from "@/components/plots/LineBand";
import { counted, decimal, percent, whole } from "@/components/plots/words";

import { Agreements } from "./analysis/Agreements";
import { Analysed } from "./analysis/Analysed";
import { Facts } from "./parts/Facts";
import { useSlug } from "./parts/GoTo";
import { Empty, Loaded, Page } from "./parts/Page";
import { When } from "./parts/When";
import { agreementSentence, rawSentence } from "./words";

function points(history: Agreement[], of: (agreement: Agreement) => Estimate): LinePoint[] {
  return history.map((agreement) => {
    const { value, lower, upper } = of(agreement);
    const n = agreement.tasks_overlapping;
    return { x: Date.parse(agreement.computed_at), y: value, lower, upper, n };
  });
}

function Latest({ latest }: { latest: Agreement }) {
  return (
    <Card withBorder padding="lg">
      <Stack gap="sm">
        <Text size="lg" fw={600}>
          {agreementSentence(latest)}
        </Text>
        <Text>{rawSentence(latest)}</Text>
        <Facts
          facts={[
            ["Judgments", whole(latest.judgments)],
            ["Raters", whole(latest.raters)],
            ["Tasks judged", whole(latest.tasks)],
            ["Judged twice or more", whole(latest.tasks_overlapping)],
            ["Ties", percent(latest.tie_share)],
            ["Chose the left", percent(latest.left_share)],
            ["Computed", <When key="computed" at={latest.computed_at} />],
          ]}
        />
        <Text size="sm" c="dimmed">
          Krippendorff&apos;s α is 1 where raters always agree and 0 where they agree as often as
          chance would have it. In brackets: the 95 % interval over tasks. People who prefer
          different things honestly disagree, so preferences rarely reach what facts do.
        </Text>
      </Stack>
    </Card>
  );
}

function Plots({ history }: { history: Agreement[] }) {
  const n = `n = ${counted(history[history.length - 1]?.tasks_overlapping ?? 0, "task")} judged twice or more at the last point`;
  const needs = { points: 2, noun: "computation" };
  const time = { x: "time", xLabel: "day (UTC)" } as const;
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <LineBand
        title="Agreement over time"
        reading="Krippendorff's α; the band is its 95 % interval. 0 is chance, 1 is perfect."
        n={n}
        series={[{ name: "alpha", points: points(history, (each) => each.alpha) }]}
        {...time}
        yLabel="α"
        format={(value) => decimal(value)}
        reference={{ y: 0, label: "chance" }}
        fromZero
        needs={needs}
      />
      <LineBand
        title="Raw agreement over time"
        reading="How often two raters of a task give the same answer. Not corrected for chance."
        n={n}
        series={[{ name: "raw agreement", points: points(history, (each) => each.raw) }]}
        {...time}
        yLabel="share of pairs of raters"
        format={(value) => percent(value)}
        needs={needs}
      />
    </SimpleGrid>
  );
}

export function AgreementPage() {
  const slug = useSlug();
  const agreement = useAgreement(slug);
  const forManagers = runsProjects(useRole(slug));
  return (
    <Page title="Agreement" about="How often raters mean the same, corrected for chance.">
      <Loaded query={agreement}>
        {({ latest, history }) =>
          latest === null ? (
            <Empty>
              Not computed yet. It needs tasks that two raters or more have judged; the number
              appears by itself soon after that.
            </Empty>
          ) : (
            <>
              <Latest latest={latest} />
              <Plots history={history} />
            </>
          )
        }
      </Loaded>
      {forManagers && <Analysed>{(figures) => <Agreements figures={figures} />}</Analysed>}
    </Page>
  );
}
