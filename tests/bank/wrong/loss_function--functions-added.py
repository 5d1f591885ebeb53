# stub: loss_function
# part: loss
# misconception: crashes-when-called
# why: adds the functions themselves, without calling them
# short-run: loses
# expect: error
def loss_function(recon_x, x, mu, log_var):
    return reconstruction_loss + kl_divergence
