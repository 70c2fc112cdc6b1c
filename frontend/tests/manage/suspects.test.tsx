import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { makeQueryClient } from "@/api/queryClient";
import type { Suspect } from "@/api/types";
import { Suspects } from "@/pages/manage/models/Suspects";

afterEach(() => vi.unstubAllGlobals());

const suspects = [31, 40, 52].map((task) => ({ task, labelled: 0.9, predicted: 0.2 }));
const NOTHING = { sent: 0, waiting: 0, decided: 0, dismissed: 0, not_work: 0 };

/** The list alone, with the server's answers one after the other. */
function show(
  run: number | undefined,
  standings: string[][],
  sent: object = NOTHING,
  listed: readonly Suspect[] = suspects,
): unknown[] {
  const posted: unknown[] = [];
  const left = [...standings];
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method === "POST") {
      posted.push(await request.json());
      return Response.json(sent);
    }
    const now = left.length > 1 ? left.shift()! : left[0]!;
    return Response.json(suspects.map(({ task }, i) => ({ task, standing: now[i] })));
  });
  const root = createRootRoute();
  const page = createRoute({
    getParentRoute: () => root,
    path: "/p/$slug",
    component: () => <Suspects suspects={listed} {...(run !== undefined && { run })} />,
  });
  const router = createRouter({
    routeTree: root.addChildren([page]),
    history: createMemoryHistory({ initialEntries: ["/p/helpful"] }),
  });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={makeQueryClient()}>
        {/* The app's own router has other routes, which a test of one list doesn't need. */}
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return posted;
}

const cell = (task: number) => screen.getByRole("link", { name: String(task) }).closest("tr")!;

test("all suspects are sent, and each row then says that it waits", async () => {
  const posted = show(
    12,
    [
      ["open", "open", "decided"],
      ["waiting", "waiting", "decided"],
    ],
    { ...NOTHING, sent: 2, decided: 1 },
  );
  await screen.findByRole("checkbox", { name: "Send task 31 to review" });
  expect(cell(52)).toHaveTextContent("decided");
  await userEvent.click(screen.getByRole("button", { name: "Send all to review" }));
  expect(await screen.findByText(/2 tasks sent to review; 1 decided already\./)).toBeVisible();
  expect(posted).toEqual([{}]);
  await vi.waitFor(() => expect(cell(31)).toHaveTextContent("waits for a reviewer"));
  expect(screen.getByRole("button", { name: "Send all to review" })).toBeDisabled();
  expect(screen.queryByRole("checkbox")).toBeNull();
});

test("only the ticked suspects are sent", async () => {
  const posted = show(12, [["open", "open", "open"]], { ...NOTHING, sent: 1 });
  await userEvent.click(await screen.findByRole("checkbox", { name: "Send task 40 to review" }));
  await userEvent.click(screen.getByRole("checkbox", { name: "Send task 52 to review" }));
  await userEvent.click(screen.getByRole("checkbox", { name: "Send task 52 to review" }));
  await userEvent.click(screen.getByRole("button", { name: "Send 1 to review" }));
  expect(await screen.findByText(/1 task sent to review\./)).toBeVisible();
  expect(posted).toEqual([{ tasks: [40] }]);
});

test("without its run the list only shows", async () => {
  show(undefined, [["open", "open", "open"]]);
  const table = await screen.findByRole("table", { name: "Labels that the model doubts" });
  expect(within(table).getAllByRole("link")).toHaveLength(3);
  expect(screen.queryByRole("button")).toBeNull();
});

test("of a ranking the list says which two responses are meant", async () => {
  const listed = [
    { task: 31, labelled: 0.9, predicted: 0.2, places: [0, 2] },
    { task: 40, labelled: 0.9, predicted: 0.2, places: null },
  ];
  show(undefined, [[]], NOTHING, listed);
  const table = await screen.findByRole("table", { name: "Labels that the model doubts" });
  expect(cell(31)).toHaveTextContent("311 and 390 %20 %");
  expect(cell(40)).toHaveTextContent("40both90 %20 %");
  expect(within(table).getByRole("columnheader", { name: "Responses" })).toBeVisible();
  expect(screen.getByText(/which two are meant/)).toBeVisible();
});

test.each([
  ["two responses each", [{ task: 31, labelled: 0.9, predicted: 0.2, places: null }]],
  ["what old runs kept", [{ task: 31, labelled: 0.9, predicted: 0.2 }]],
])("of tasks with %s the list has no such column", async (_, listed) => {
  show(undefined, [[]], NOTHING, listed);
  await screen.findByRole("table", { name: "Labels that the model doubts" });
  expect(cell(31)).toHaveTextContent("3190 %20 %");
  expect(screen.queryByRole("columnheader", { name: "Responses" })).toBeNull();
  expect(screen.queryByText(/which two are meant/)).toBeNull();
});
