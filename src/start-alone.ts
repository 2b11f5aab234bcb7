import type { Announcement } from './announce.js';
import { announcementOf } from './announcement.js';
import type { Composition } from './app.module.js';
import { startApplication, type ApplicationListener } from './application.js';
import type { Config } from './config/config.js';

/** Starts the service in this process alone. @returns what there is to say of it */
export async function startAlone(
  config: Readonly<Config>,
  composition: Composition,
  listener: ApplicationListener,
): Promise<Announcement> {
  return announcementOf(await startApplication(config, composition, listener));
}
