/** Two reward models on the same held-out prompts, which the address names. */
import { Alert, Anchor, Group, Loader, Select, Text } from "@mantine/core";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { useRewardModels } from "@/api/manageModels";
import { useComparison } from "@/api/rewardModels";
import type { RewardModel } from "@/api/types";
import { Failure } from "@/components/States";

import { CompareResults } from "./models/CompareResults";
import type { ComparedModels } from "./models/compareSearch";
import { Empty, Loaded, Page } from "./parts/Page";

function Results({ slug, a, b }: { slug: string; a: number; b: number }) {
  const { data, error, isFetching, refetch } = useComparison(slug, a, b);
  if (isFetching) {
    return (
      <Group gap="sm" role="status" wrap="nowrap">
        <Loader size="sm" />
        <Text>
          Models {a} and {b} score up to 200 judged tasks. That takes some seconds, more on a busy
          machine, and a minute at most.
        </Text>
      </Group>
    );
  }
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  return data ? <CompareResults found={data} /> : null;
}

interface ChoiceProps {
  models: readonly RewardModel[];
  chosen: ComparedModels;
  onChange: (chosen: ComparedModels) => void;
}

function Choice({ models, chosen, onChange }: ChoiceProps) {
  const data = models.map(({ number, champion }) => ({
    value: String(number),
    label: champion ? `Model ${number} (champion)` : `Model ${number}`,
  }));
  return (
    <Group grow preventGrowOverflow={false} maw={560}>
      {(["a", "b"] as const).map((key) => (
        <Select
          key={key}
          label={key === "a" ? "Model" : "Compared with"}
          placeholder="Choose one"
          data={data}
          allowDeselect={false}
          value={chosen[key] === undefined ? null : String(chosen[key])}
          onChange={(value) => value && onChange({ ...chosen, [key]: Number(value) })}
        />
      ))}
    </Group>
  );
}

function Compared({ slug, models }: { slug: string; models: readonly RewardModel[] }) {
  const from = "/p/$slug/manage/reward-models/compare";
  const chosen = useSearch({ from });
  const navigate = useNavigate({ from });
  if (models.length < 2) {
    return <Empty>It takes two reward models; this project has {models.length}.</Empty>;
  }
  const { a, b } = chosen;
  return (
    <>
      <Choice
        models={models}
        chosen={chosen}
        onChange={(search) => void navigate({ search, replace: true })}
      />
      {a === undefined || b === undefined ? (
        <Empty>Choose two models.</Empty>
      ) : a === b ? (
        <Alert color="gray" variant="light">
          That is the same model twice. Choose two different ones.
        </Alert>
      ) : (
        <Results slug={slug} a={a} b={b} />
      )}
    </>
  );
}

export function ComparePage() {
  const { slug } = useParams({ from: "/p/$slug/manage/reward-models/compare" });
  const models = useRewardModels(slug);
  return (
    <Page
      title="Compare reward models"
      about="Both score the same judged prompts of the evaluation split, now."
    >
      <Anchor component={Link} to={`/p/${slug}/manage/reward-models`} size="sm" mt={-12}>
        All reward models
      </Anchor>
      <Loaded query={models}>{(all) => <Compared slug={slug} models={all} />}</Loaded>
    </Page>
  );
}
