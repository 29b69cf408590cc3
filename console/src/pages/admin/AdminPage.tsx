/** For staff: each part is loaded by who has its role alone; the API asks for the role, too. */

import { lazy, Suspense, type ComponentType, type LazyExoticComponent } from "react";

import { useWho } from "@/session/profile";
import { t } from "@/texts";
import { Page } from "@/ui/Page";
import { Answer, Empty, Loading } from "@/ui/Panel";

import { allows, type Right } from "./rights";

const part = (load: () => Promise<ComponentType>): LazyExoticComponent<ComponentType> => lazy(() => load().then((made) => ({ default: made })));

const PARTS: readonly [Right, LazyExoticComponent<ComponentType>][] = [
  ["look", part(() => import("./Users").then((one) => one.Users))],
  ["payments", part(() => import("./Webhooks").then((one) => one.Webhooks))],
  ["trail", part(() => import("./Trail").then((one) => one.Trail))],
  ["runs", part(() => import("./Runs").then((one) => one.Runs))],
];

export function AdminPage() {
  const who = useWho();
  return (
    <Page title={t("nav.admin")}>
      <Answer of={who}>
        {({ roles }) => {
          const shown = PARTS.filter(([right]) => allows(right, roles));
          if (shown.length === 0) return <Empty>{t("admin.notYours")}</Empty>;
          return (
            <div className="flex flex-col gap-4">
              {shown.map(([right, Part]) => (
                <Suspense key={right} fallback={<Loading />}>
                  <Part />
                </Suspense>
              ))}
            </div>
          );
        }}
      </Answer>
    </Page>
  );
}
