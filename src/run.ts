import { announce } from './announcement.js';
import type { Composition } from './app.module.js';
import { startApplication, type ApplicationListener } from './application.js';
import { PolicyError } from './auth/policy/policy-error.js';
import { ConfigError, loadConfig } from './config/load-config.js';

/** Runs the service as the environment configures it, and as it is composed. What is wrong with that is told, and ends the process with 1. */
export async function run(composition: Composition = {}, listener: ApplicationListener = {}): Promise<void> {
  try {
    const config = loadConfig(process.env);
    announce(await startApplication(config, composition, listener));
  } catch (error) {
    const expected = error instanceof ConfigError || error instanceof PolicyError;
    process.stderr.write(`${expected ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  }
}
