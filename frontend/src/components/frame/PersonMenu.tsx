/** The signed-in person's menu: their pages, and the way out. */
import { Button, Menu } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";

import { useRole, useSession, useSignOut } from "@/api/session";

import { firstPageFor } from "./pages";

function ProjectLinks({ slug }: { slug: string }) {
  const role = useRole(slug);
  const page = firstPageFor(role);
  return (
    <>
      <Menu.Item component={Link} to={`/p/${slug}/work`}>
        Judge tasks
      </Menu.Item>
      <Menu.Item component={Link} to={`/p/${slug}/history`}>
        My answers
      </Menu.Item>
      <Menu.Item component={Link} to={`/p/${slug}/me`}>
        My figures
      </Menu.Item>
      {page !== undefined && (
        <Menu.Item component={Link} to={`/p/${slug}/manage${page && "/"}${page}`}>
          {role === "reviewer" ? "Review" : "Manage"}
        </Menu.Item>
      )}
    </>
  );
}

export function PersonMenu({ slug }: { slug?: string }) {
  const session = useSession();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const leave = () =>
    signOut.mutate(undefined, { onSuccess: () => void navigate({ to: "/sign-in" }) });
  if (!session.data?.user) return null;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="subtle" color="gray" size="compact-sm" maw={180}>
          {session.data.user.name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {slug && <ProjectLinks slug={slug} />}
        <Menu.Item component={Link} to="/projects">
          All projects
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={leave}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
