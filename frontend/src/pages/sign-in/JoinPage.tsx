/**
 * Joins a project by a manager's link: as who is signed in, or as somebody new. Signing in happens on
 * this page, so that the link's token is never handed to another address.
 */
import { Alert, Button, Center, Paper, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { getRouteApi, Link, Navigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";

import { ApiError } from "@/api/client";
import {
  useAcceptInvitation,
  useInvitation,
  useSession,
  useSignIn,
  type Invited,
} from "@/api/session";
import type { Role, Session } from "@/api/types";
import { ErrorPage, Notice, PendingPage } from "@/components/States";
import { dateTime } from "@/lib/words";

import { NewPersonForm } from "./NewPersonForm";
import { SignInForm } from "./SignInForm";

const route = getRouteApi("/join/$token");

const ROLES: Record<Role, { verb: string; about: string }> = {
  rater: { verb: "rate in", about: "Raters judge the project's tasks, one at a time." },
  reviewer: { verb: "review in", about: "Reviewers decide the tasks that raters disagree about." },
  manager: { verb: "manage", about: "Managers run the project: its tasks, people and results." },
  owner: { verb: "manage", about: "Owners run the project and everything that belongs to it." },
};

function roleIn(session: Session, slug: string): Role | undefined {
  return session.projects.find((project) => project.slug === slug)?.role;
}

function firstPage(slug: string, role: Role): string {
  return `/p/${slug}/${role === "rater" ? "work" : "manage"}`;
}

function InvitationFrame({ invited, children }: { invited: Invited; children: ReactNode }) {
  const { verb, about } = ROLES[invited.role];
  return (
    <Center mih="100dvh" p="md" component="main">
      <Paper withBorder p="xl" w={440} maw="100%">
        <Stack>
          <Title order={1} size="h2">
            You are invited to {verb} <em>{invited.project}</em>
          </Title>
          <Text>{about}</Text>
          <Text size="sm" c="dimmed">
            The invitation ends on {dateTime(invited.expires_at)}.
          </Text>
          {children}
        </Stack>
      </Paper>
    </Center>
  );
}

function JoinAs({ name, accept, token }: { name: string; accept: Accept; token: string }) {
  return (
    <>
      {accept.error && (
        <Alert color="orange" role="alert">
          {accept.error.message}
        </Alert>
      )}
      <Button loading={accept.isPending} onClick={() => accept.mutate({ token, name: "" })}>
        Join as {name}
      </Button>
    </>
  );
}

type Accept = ReturnType<typeof useAcceptInvitation>;
interface StrangerProps {
  token: string;
  accept: Accept;
  signIn: ReturnType<typeof useSignIn>;
}

function Stranger({ token, accept, signIn }: StrangerProps) {
  const [known, setKnown] = useState(false);
  return (
    <>
      {known ? (
        <SignInForm signIn={signIn} />
      ) : (
        <NewPersonForm
          error={accept.error}
          busy={accept.isPending}
          onSend={(person) => accept.mutate({ token, ...person })}
        />
      )}
      <Button variant="subtle" onClick={() => setKnown(!known)}>
        {known ? "I am new here" : "I have an account: sign in first"}
      </Button>
    </>
  );
}

function NoInvitation({ error, retry }: { error: Error; retry: () => void }) {
  const canRetry = error instanceof ApiError && error.passing;
  return (
    <Notice
      title={canRetry ? "The invitation can't be read now" : "This invitation can't be used"}
      action={
        <>
          {canRetry && <Button onClick={retry}>Try again</Button>}
          <Button component={Link} to="/" variant="default">
            To the projects
          </Button>
        </>
      }
    >
      <Text role="alert">{error.message}</Text>
    </Notice>
  );
}

function AlreadyIn({ slug, role }: { slug: string; role: Role }) {
  return (
    <>
      <Text>You are in this project already; your role is {role}, and stays that.</Text>
      <Button component={Link} to={firstPage(slug, role)}>
        Open the project
      </Button>
    </>
  );
}

export function JoinPage() {
  const { token } = route.useParams();
  const invited = useInvitation(token);
  const session = useSession();
  const signIn = useSignIn();
  const accept = useAcceptInvitation();
  useDocumentTitle("Invitation · Tiebreak");
  if (invited.error) {
    return <NoInvitation error={invited.error} retry={() => void invited.refetch()} />;
  }
  if (session.error) return <ErrorPage error={session.error} />;
  if (!invited.data || !session.data) return <PendingPage />;

  const { slug } = invited.data;
  const { user } = session.data;
  const role = roleIn(session.data, slug);
  if (accept.isSuccess && role) return <Navigate to={firstPage(slug, role)} replace />;
  return (
    <InvitationFrame invited={invited.data}>
      {user && role && <AlreadyIn slug={slug} role={role} />}
      {user && !role && <JoinAs name={user.name} accept={accept} token={token} />}
      {!user && <Stranger token={token} accept={accept} signIn={signIn} />}
    </InvitationFrame>
  );
}
