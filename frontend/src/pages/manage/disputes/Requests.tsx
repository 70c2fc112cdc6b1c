/** Tasks that wait for a reviewer because somebody asked, or because a reward model doubts them. */
import { Button, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";

import { useDismissReview, useReviewRequests, type ReviewRequest } from "@/api/reviewRequests";

import { DataTable, type Column } from "../parts/DataTable";
import { Dialog } from "../parts/Dialog";
import { GoTo } from "../parts/GoTo";
import { More } from "../parts/More";
import { Empty, Loaded, Section } from "../parts/Page";
import { When } from "../parts/When";
import { AskForm } from "./AskForm";

const ABOUT =
  "Open a task to decide it. Where its label is right, say so: the task leaves the list undecided, and comes back only when it is asked for by hand.";

function Dismiss({ slug, request }: { slug: string; request: ReviewRequest }) {
  const dismiss = useDismissReview(slug);
  return (
    <Button
      variant="default"
      size="xs"
      loading={dismiss.isPending}
      aria-label={`Label is right: task ${request.task.id}`}
      onClick={() => dismiss.mutate({ id: request.id, task: request.task.id })}
    >
      Label is right
    </Button>
  );
}

const columnsOf = (slug: string): Column<ReviewRequest>[] => [
  { name: "Task", cell: ({ task }) => <GoTo page={`tasks/${task.id}`}>{task.id}</GoTo> },
  {
    name: "Reason",
    cell: ({ reason }) => (
      <Text size="sm" maw={340} dir="auto" style={{ overflowWrap: "anywhere" }}>
        {reason}
      </Text>
    ),
  },
  {
    name: "Prompt",
    cell: ({ task }) => (
      <Text size="sm" lineClamp={2} maw={260} dir="auto">
        {task.prompt_excerpt}
      </Text>
    ),
  },
  {
    name: "Asked",
    cell: ({ by, created_at: at }) => (
      <>
        <When at={at} />
        {by && <Text size="sm">by {by}</Text>}
      </>
    ),
  },
  { name: "Without a decision", cell: (request) => <Dismiss slug={slug} request={request} /> },
];

function Ask({ slug }: { slug: string }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" onClick={open}>
        Ask for a review
      </Button>
      <Dialog opened={opened} onClose={close} title="Ask for a review">
        <AskForm slug={slug} onDone={close} />
      </Dialog>
    </>
  );
}

export function Requests({ slug }: { slug: string }) {
  const requests = useReviewRequests(slug);
  return (
    <Section
      title="Asked for by hand or by the reward model"
      about={ABOUT}
      actions={<Ask slug={slug} />}
    >
      <Loaded query={requests}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.results);
          if (rows.length === 0) {
            return (
              <Empty>
                Nothing is asked for. The page of a training run sends here what its model doubts.
              </Empty>
            );
          }
          return (
            <Stack gap="sm">
              <DataTable
                caption="Tasks asked for"
                columns={columnsOf(slug)}
                rows={rows}
                keyOf={({ id }) => id}
                minWidth={920}
                atFirst={10}
              />
              {requests.hasNextPage && <More shown={rows.length} query={requests} />}
            </Stack>
          );
        }}
      </Loaded>
    </Section>
  );
}
