"""The settings of an installation: one TOML file, over which the environment has the last word.

Enters: the file and the variables. Leaves: one frozen model, and for each setting where it came from.
"""

from services.settings.loading import DEFAULT_FILE, Loaded, load, load_settings, settings_path
from services.settings.model import Settings

__all__ = ["DEFAULT_FILE", "Loaded", "Settings", "load", "load_settings", "settings_path"]
