/** What recurs from the second month on and is not billed by itself yet. */
import { dueList } from "@gigafibre/contracts/billing";
import { useQuery } from "@tanstack/vue-query";
import { askHub } from "../../hub-request.ts";
import { keys } from "../../query-keys.ts";

export const useDue = () => useQuery({ queryKey: keys.list("Service Subscription", "due"), queryFn: ({ signal }) => askHub(dueList, "/api/billing/due", { signal }) });
