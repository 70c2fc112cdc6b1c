/** That somebody asked for a reviewer, why, and what came of it. Which way a model leans is not known. */
import { Alert, Text } from "@mantine/core";

import type { TaskDetail } from "@/api/types";

import { When } from "../parts/When";

type Asked = NonNullable<TaskDetail["review"]>;

function Outcome({ closed_at: at, dismissed }: Asked) {
  if (at === null) return null;
  return (
    <>
      {" "}
      {dismissed ? "A reviewer found the label right on" : "A reviewer decided the task on"}{" "}
      <When at={at} />.
    </>
  );
}

export function Review({ task: { review } }: { task: TaskDetail }) {
  if (review === null) return null;
  const waits = review.closed_at === null;
  return (
    <Alert
      color={waits ? "orange" : "gray"}
      variant="light"
      title={waits ? "Waits for a reviewer" : "A review was asked for"}
    >
      <Text size="sm" dir="auto" style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
        {review.reason}
      </Text>
      <Text size="sm" mt={4}>
        Asked for{review.by && ` by ${review.by}`} on <When at={review.created_at} />.
        <Outcome {...review} />
      </Text>
    </Alert>
  );
}
