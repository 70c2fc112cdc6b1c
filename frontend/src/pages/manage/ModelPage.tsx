/** One reward model: what it is, whether it serves, and what it was measured to be worth. */
import { Anchor, Card, Code, Group, Stack, Text } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { useRewardModels } from "@/api/manageModels";
import { useRewardModel, type Provenance, type RewardModelDetail } from "@/api/rewardModels";
import { duration, whole } from "@/components/plots/words";

import { Benchmarks } from "./models/Benchmarks";
import { ChampionBadge, TIERS } from "./models/ModelBadges";
import { Promote } from "./models/Promote";
import { RollBack } from "./models/RollBack";
import { Disclosure } from "./parts/Disclosure";
import { Facts } from "./parts/Facts";
import { GoButton, GoTo } from "./parts/GoTo";
import { Empty, Loaded, Page, Section } from "./parts/Page";
import { VerdictBadge } from "./parts/StateBadge";
import { When } from "./parts/When";
import { RunResults } from "./RunResults";

function Head({ model }: { model: RewardModelDetail }) {
  return (
    <Card withBorder padding="lg">
      <Stack gap="xs">
        <Group gap="xs">
          <Text fw={600} size="lg">
            Verdict
          </Text>
          <VerdictBadge verdict={model.verdict} />
          {model.champion && <ChampionBadge />}
        </Group>
        <Text>{model.verdict_sentence || "Its run gave no verdict."}</Text>
        {model.champion && model.verdict !== "promote" && (
          <Text size="sm" c="dimmed">
            It serves all the same: somebody promoted it by hand, and the audit log says why.
          </Text>
        )}
      </Stack>
    </Card>
  );
}

function provenanceFacts(provenance: Provenance | null): [string, ReactNode][] {
  if (provenance === null) return [];
  return [
    ["Code version", <code key="code">{provenance.code_version}</code>],
    ["Seed", provenance.seed],
    ["Hardware", provenance.hardware],
    ["Training took", duration(provenance.seconds)],
    ["Device time", `${whole(provenance.device_seconds)} device-seconds`],
  ];
}

function About({ model }: { model: RewardModelDetail }) {
  const { snapshot, provenance } = model;
  return (
    <Section title="How it was made">
      <Facts
        facts={[
          ["Trained on", `snapshot ${snapshot.number}`],
          ["Snapshot's hash", <code key="hash">{snapshot.sha256.slice(0, 12)}</code>],
          [
            "Made by",
            <GoTo key="run" page={`reward-models/runs/${model.run}`}>
              run {model.run}
            </GoTo>,
          ],
          ["Backbone", model.backbone],
          ["Trained", TIERS[model.tier]],
          ["Heads in the ensemble", model.heads],
          ["Made", <When key="made" at={model.created_at} />],
          ["Promoted last", <When key="promoted" at={model.promoted_at} />],
          ...provenanceFacts(provenance),
        ]}
      />
      {provenance && (
        <Disclosure show="Show its settings" hide="Hide its settings">
          <Code block>{JSON.stringify(provenance.config, null, 2)}</Code>
        </Disclosure>
      )}
    </Section>
  );
}

/** With the champion, or of the champion with the one before it. */
function CompareButton({ slug, model }: { slug: string; model: RewardModelDetail }) {
  const champion = useRewardModels(slug).data?.find((each) => each.champion);
  const other = model.champion ? model.roll_back_to : champion?.number;
  if (other == null) return null;
  return (
    <GoButton page="reward-models/compare" search={{ a: model.number, b: other }}>
      {model.champion ? `Compare with model ${other}` : "Compare with the champion"}
    </GoButton>
  );
}

function Actions({ slug, model }: { slug: string; model: RewardModelDetail }) {
  return (
    <>
      <CompareButton slug={slug} model={model} />
      {model.champion ? <RollBack champion={model} /> : <Promote model={model} size="sm" />}
    </>
  );
}

export function ModelPage() {
  const { slug, id } = useParams({ from: "/p/$slug/manage/reward-models/$id" });
  const model = useRewardModel(slug, id);
  return (
    <Page
      title={model.data ? `Reward model ${model.data.number}` : "Reward model"}
      actions={model.data && <Actions slug={slug} model={model.data} />}
    >
      <Anchor component={Link} to={`/p/${slug}/manage/reward-models`} size="sm" mt={-12}>
        All reward models
      </Anchor>
      <Loaded query={model}>
        {(data) => (
          <>
            <Head model={data} />
            <About model={data} />
            {data.evaluation ? (
              <RunResults evaluation={data.evaluation} run={data.run} />
            ) : (
              <Empty>Its run measured nothing on prompts that training never saw.</Empty>
            )}
            <Benchmarks slug={slug} model={data} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
