"""Coming in and being at home: forms and a session's cookie enter; pages, letters and sessions leave."""
