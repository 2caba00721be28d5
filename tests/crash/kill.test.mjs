// kill -9 under load, on SQLite (kills.mjs). DANH_KILLS: how many on both engines (default 100; nine of ten here). DANH_ENGINE: "sqlite" or "postgres": all of them on that one.
import { tests } from './kills.mjs';
import { share } from './share.mjs';

if (share('sqlite') > 0) tests('sqlite', share('sqlite'));
