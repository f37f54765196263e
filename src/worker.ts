import { serveLane } from './engine/threads.js';
import { openLane } from './flow/lane.js';

serveLane(openLane);
