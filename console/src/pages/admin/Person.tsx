/** One user as staff sees him, with what may be done. */

import { t, type TextKey } from "@/texts";
import { Badge } from "@/ui/Badge";
import { Dialog } from "@/ui/Dialog";
import { Address, Name } from "@/ui/Name";
import { At } from "@/ui/Time";

import { Acts } from "./Acts";
import { Staffed } from "./Proof";
import { usePerson, type Person as One } from "./reading";

export const nameOf = (of: One): string => of.email ?? of.walletAddress ?? of.externalId;

export const Status = ({ of }: { of: One }) => (
  <span className="flex flex-wrap gap-1">
    <Badge tone={of.status === "active" ? "good" : "bad"}>{t(`admin.status.${of.status}`)}</Badge>
    {of.switchedOff && <Badge tone="bad">{t("admin.switchedOff")}</Badge>}
  </span>
);

const FACTS: readonly [TextKey, (of: One) => React.ReactNode][] = [
  ["admin.id", (of) => <code className="text-sm break-all">{of.id}</code>],
  ["admin.external", (of) => <Name of={of.externalId} />],
  ["admin.wallet", (of) => (of.walletAddress === null ? "–" : <Address of={of.walletAddress} />)],
  ["admin.tier", (of) => of.tier],
  ["admin.status", (of) => <Status of={of} />],
  ["admin.roles", (of) => (of.roles.length === 0 ? "–" : of.roles.join(", "))],
  ["admin.kyc", (of) => of.kycStatus],
  ["admin.lastActive", (of) => (of.lastActive === null ? "–" : <At at={of.lastActive} />)],
  ["admin.came", (of) => <At at={of.createdAt} />],
];

export function Person({ of, close }: { of: One; close: () => void }) {
  const person = usePerson(of.id);
  return (
    <Dialog title={nameOf(of)} open close={close} wide>
      <Staffed of={person}>
        {(one) => (
          <>
            <dl className="grid gap-3 sm:grid-cols-3">
              {FACTS.map(([text, fact]) => (
                <div key={text} className="min-w-0">
                  <dt className="text-sm text-muted">{t(text)}</dt>
                  <dd className="font-medium">{fact(one)}</dd>
                </div>
              ))}
            </dl>
            <Acts of={one} who={nameOf(one)} />
          </>
        )}
      </Staffed>
    </Dialog>
  );
}
