/** The world in use; a new one after something went wrong in it, for what is left over would be held against the next order. */
import { wholeSite } from "./whole-site.ts";
import { openWorld } from "./world.ts";
import type { Prepared, World, WorldOptions } from "./world.ts";

export interface Worlds {
  current(): Promise<World>;
  /** The next one to ask gets a new world. */
  spoil(): void;
  /** Real processes killed in all of them. */
  readonly kills: number;
  /** Ends of the hub that nobody asked for, since the last time this was called. */
  deaths(): string[];
  /** The last lines that the hub logged. */
  log(): readonly string[];
  /** Counts over the whole site, and closes. */
  close(): Promise<string[]>;
}

export function keepWorlds(prepared: Prepared, options: WorldOptions): Worlds {
  let world: World | undefined;
  let spoilt = false;
  let killsBefore = 0;
  let deathsTold = 0;
  const closeCurrent = async (): Promise<void> => {
    killsBefore += world?.hub.kills ?? 0;
    await world?.stop();
    world = undefined;
    deathsTold = 0;
  };
  return {
    async current() {
      if (spoilt) await closeCurrent();
      spoilt = false;
      world ??= await openWorld(prepared, options);
      return world;
    },
    spoil() {
      spoilt = true;
    },
    get kills() {
      return killsBefore + (world?.hub.kills ?? 0);
    },
    deaths() {
      const all = world?.hub.deaths ?? [];
      const news = all.slice(deathsTold);
      deathsTold = all.length;
      return news;
    },
    log: () => world?.log ?? [],
    async close() {
      try {
        return world && !spoilt ? await wholeSite(world) : [];
      } finally {
        await closeCurrent();
      }
    },
  };
}
