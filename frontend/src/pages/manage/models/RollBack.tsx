/** One click and a yes from the champion to the model that served before it. */
import type { ButtonProps } from "@mantine/core";

import { useRollBack } from "@/api/rewardModels";
import type { RewardModel } from "@/api/types";

import { Confirm } from "../parts/Confirm";
import { useSlug } from "../parts/GoTo";

interface RollBackProps extends ButtonProps {
  champion: Pick<RewardModel, "number" | "roll_back_to">;
}

/** Nothing where no other model ever served, or where this one doesn't. */
export function RollBack({ champion, ...look }: RollBackProps) {
  const rollBack = useRollBack(useSlug());
  const { number, roll_back_to: to } = champion;
  if (to === null) return null;
  return (
    <Confirm
      label={`Roll back to model ${to}`}
      question={`Roll back to reward model ${to}?`}
      consequence={`It serves from now on, and rounds choose with it. Model ${number} is kept and can be promoted again.`}
      yes="Roll back"
      loading={rollBack.isPending}
      {...look}
      onYes={() => rollBack.mutate(to)}
    />
  );
}
