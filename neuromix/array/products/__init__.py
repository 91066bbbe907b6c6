"""Matrix × vector as a job for whole arrays: spiking, of analog multipliers, digital.

Lives here: the operands of the job, one module for each form, the job that runs them.
May import: what ``neuromix.array`` may, ``neuromix.measure``.
Never comes in: ngspice, and whatever belongs to one technology; cells come as models.
"""
