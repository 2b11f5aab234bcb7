import { AuthenticationLimits } from './themes/authentication-limits.js';
import { AuthenticationSettings } from './themes/authentication-settings.js';
import { BrokerSettings } from './themes/broker-settings.js';
import { ChannelLimits } from './themes/channel-limits.js';
import { ConnectionLimits } from './themes/connection-limits.js';
import { ConnectionSettings } from './themes/connection-settings.js';
import { DatabaseSettings } from './themes/database-settings.js';
import { FeedSettings } from './themes/feed-settings.js';
import { FilterLimits } from './themes/filter-limits.js';
import { OutboxLimits } from './themes/outbox-limits.js';
import { PresenceSettings } from './themes/presence-settings.js';
import { RightsSettings } from './themes/rights-settings.js';
import { ServiceSettings } from './themes/service-settings.js';
import { TableLimits } from './themes/table-limits.js';

/** The classes that settings are declared in, one a theme. Each is validated alone: no setting is held to one of another theme. */
export const themes = [
  ServiceSettings,
  DatabaseSettings,
  FeedSettings,
  BrokerSettings,
  AuthenticationSettings,
  AuthenticationLimits,
  RightsSettings,
  ConnectionSettings,
  ConnectionLimits,
  FilterLimits,
  OutboxLimits,
  TableLimits,
  ChannelLimits,
  PresenceSettings,
] as const;

type Both<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** Each setting of each theme, with its default. */
const Settings = class {
  constructor() {
    for (const Theme of themes) Object.assign(this, new Theme());
  }
} as new () => Both<InstanceType<(typeof themes)[number]>>;

/** Everything that can be configured, with its default. Read once from the environment by `loadConfig`, then frozen. */
export class Config extends Settings {
  get production(): boolean {
    return this.environment === 'production';
  }
}
